"""The referral: its states, its clocks, its testimonies, and finding services that fit."""
