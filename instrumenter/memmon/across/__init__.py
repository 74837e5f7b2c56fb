"""What several runs come to together: two sides of them compared, and what is normal of good ones."""
