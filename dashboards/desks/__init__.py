"""What the desks of operators, risk analysts and the platform's own people share: queues, clocks, decisions, charts."""
