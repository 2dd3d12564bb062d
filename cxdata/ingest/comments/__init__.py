"""From comments to the terms that they mention."""
