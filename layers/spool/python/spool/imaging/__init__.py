"""Images: what a file holds, what is made of it, and what is refused. Pure: bytes in, bytes out."""
