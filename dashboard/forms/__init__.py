"""What a person may ask for: POST → clean typed values."""
