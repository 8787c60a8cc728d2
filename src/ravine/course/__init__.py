"""What only the lectures need: theorems tried on random cases, specimens, landscapes, checks of exercises."""
