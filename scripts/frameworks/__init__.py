"""What other frameworks do where pages speak of them: run here, kept as records in docs/records."""
