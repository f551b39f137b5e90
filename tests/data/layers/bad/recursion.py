def Inner(x: (h)):
    return Outer(x)


def Outer(x: (h)):
    return Inner(x)  # error
