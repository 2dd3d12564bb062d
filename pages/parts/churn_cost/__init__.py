"""What the page churn_cost alone uses."""
