"""Calendar subscriptions: secret addresses, what each feed shows, rendered entries kept."""
