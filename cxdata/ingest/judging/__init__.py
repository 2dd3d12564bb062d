"""From text cells to typed values, questions and refusals."""
