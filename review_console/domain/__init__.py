"""What a case, an account and a referral are, without web or database."""
