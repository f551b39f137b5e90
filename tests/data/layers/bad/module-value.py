hidden = 4096  # error
