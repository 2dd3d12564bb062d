"""Who may do and see what: rights in the store, and the person they are looked up for."""
