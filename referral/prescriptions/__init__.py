"""What a clinician signs: one or more referrals for one patient."""
