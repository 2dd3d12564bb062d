"""Mail that leaves by itself: composed for its recipient, handed to a server, once."""
