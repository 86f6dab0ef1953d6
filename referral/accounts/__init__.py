"""Members, people, memberships, invitations, sign-in and signed links."""
