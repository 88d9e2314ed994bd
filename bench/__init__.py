"""What Spool claims about speed and memory, measured beside its peers: `make bench`."""
