"""What losing customers costs: rates, value, dissatisfaction, what acting would bring."""
