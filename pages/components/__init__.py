"""What pages share: navigation, filters, the store, the server."""
