"""What readers see besides: mathematics, slides, folds, files to take home, what the build did."""
