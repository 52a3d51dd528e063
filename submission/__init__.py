"""What files an agency gets."""
