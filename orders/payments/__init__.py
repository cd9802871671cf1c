"""What came in for orders and what went out: the ledger of payments, and allowances."""
