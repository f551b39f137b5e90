for i in range(2):  # error
    pass
