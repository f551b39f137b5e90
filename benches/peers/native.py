#!/usr/bin/env python3
"""GiNaC, FORM or Singular on one workload.   native.py DATA ginac|form|singular WORKLOAD [ARG]  -> one JSON line.
   GiNaC is the program `ginac` in DATA (from ginac.cpp). Times are CPU seconds: FORM's of the whole process, reading
   included, Singular's by its own clock, without reading."""
import json, os, re, resource, statistics, subprocess, sys, tempfile

data, peer, workload = sys.argv[1:4]
argument = sys.argv[4] if len(sys.argv) > 4 else ""
LIMIT = 180  # seconds
IDENTIFIER = re.compile(r"[A-Za-z_]\w*")

def read(name):
    with open(os.path.join(data, name)) as file:
        return file.read()

def cases(name):
    return json.loads(read(name + ".json"))

def tables():
    """The cases as lines of fields, for GiNaC."""
    fields = {
        "equiv": [(str(int(pair["eq"])), pair["l"], pair["r"]) for pair in cases("equiv")],
        "factor": cases("factor"), "gcd": cases("gcd"),
    }
    for name, rows in fields.items():
        with open(os.path.join(data, name + ".tsv"), "w") as file:
            file.writelines("\t".join(row) + "\n" for row in rows)

def renamed(text):
    """Without underscores and names that mean something to the peer."""
    return IDENTIFIER.sub(lambda found: "v" + found.group(0).replace("_", "z"), text)

def names(text):
    return sorted(set(IDENTIFIER.findall(text)))

def run(command):
    """Output and CPU seconds of a process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    # A limit of CPU time would make the clocks of processes tick in steps of 4 ms.
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT,
                          cwd=tempfile.gettempdir())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(json.dumps(dict(peer=peer, workload=workload, arg=argument, fail=(done.stdout + done.stderr)[-200:].strip() or f"exit {done.returncode}")))
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

def script(text, suffix):
    with tempfile.NamedTemporaryFile("w", suffix=suffix, delete=False) as file:
        file.write(text)
    return file.name

def out(times, **more):
    print(json.dumps(dict(peer=peer, workload=workload, arg=argument, med=statistics.median(times), min=min(times), n=len(times), **more)))

FATEMAN = "(1+x+y+z+t)"
SPARSE = ("(1+x+y+2*z^2+3*t^3+5*u^5)", "(1+u+t+2*z^2+3*y^3+5*x^5)")

def form_program(repeats):
    head = "#-\nOff statistics;\n"
    if workload == "fateman":
        return f"{head}S x,y,z,t;\nL a={FATEMAN}^{argument};\n.sort\nDrop a;\nL r=a*(a+1);\n.sort\n.end\n"
    if workload == "sparse":
        a, b = (f"{side}^{argument}" for side in SPARSE)
        return f"{head}S x,y,z,t,u;\nL a={a};\nL b={b};\n.sort\nDrop a,b;\nL r=a*b;\n.sort\n.end\n"
    if workload == "transformer_text":
        lines = [renamed(line) for line in read(f"transformer_{argument}.txt").split()]
        symbols = names(" ".join(lines))
        declared = "".join("S " + ",".join(symbols[at:at + 50]) + ";\n" for at in range(0, len(symbols), 50))
        return f"{head}{declared}L r={chr(10).join('+' + line for line in lines)};\n.sort\n.end\n"
    if workload == "factor":
        formula = renamed(cases("factor")[int(argument)][1])
        # A dollar variable remembers its factors: it is made anew each time.
        loop = f"#do i=1,{repeats}\n#$p=p;\n#factdollar $p\n#enddo\n" if repeats else ""
        return f"{head}S {','.join(names(formula))};\nL p={formula};\n.sort\n{loop}.end\n"
    raise SystemExit(f"no workload {workload} for FORM")

def form():
    def timed(repeats):
        path = script(form_program(repeats), ".frm")
        try:
            return [run(["form", "-q", path])[1] for _ in range(3)]
        finally:
            os.unlink(path)
    if workload == "factor":
        repeats = 100
        empty = statistics.median(timed(0))
        return out([max(whole - empty, 0) / repeats for whole in timed(repeats)], repeats=repeats)
    out(timed(1))

def singular_program():
    """Sets `work`, what is repeated, and what is made before."""
    if workload == "fateman":
        return "x,y,z,t", "lp", "", f"poly a={FATEMAN}^{argument}; poly b=a*(a+1); int n=size(b); kill a; kill b; kill n;"
    if workload == "sparse":
        a, b = (f"{side}^{argument}" for side in SPARSE)
        return "x,y,z,t,u", "lp", "", f"poly a={a}; poly b={b}; poly c=a*b; kill a; kill b; kill c;"
    if workload in ("factor", "gcd"):
        texts = [renamed(text) for text in cases(workload)[int(argument)][1:]]
        given = "\n".join(f"poly p{at}={text};" for at, text in enumerate(texts))
        work = "list f=factorize(p0);" if workload == "factor" else "poly f=gcd(p0,p1);"
        return ",".join(names(" ".join(texts))), "dp", given, work + " kill f;"
    raise SystemExit(f"no workload {workload} for Singular")

def singular():
    variables, order, given, work = singular_program()

    def timed(repeats, batches):
        """CPU seconds of one repetition, in each batch: Singular's clock ticks in hundredths."""
        loop = f"for(i=1;i<={repeats};i++){{ {work} }}"
        text = f'system("--ticks-per-sec",1000000); ring r=0,({variables}),{order};\n{given}\nint i; int j; int t0;\n'
        text += f"for(j=1;j<={batches};j++){{ t0=timer; {loop} print(timer-t0); }}\nquit;\n"
        path = script(text, ".sing")
        try:
            printed = run(["Singular", "-q", path])[0]
        finally:
            os.unlink(path)
        return [int(line) / 1e6 / repeats for line in printed.split() if line.lstrip("-").isdigit()]

    repeats = 1
    while repeats < 10**5 and timed(repeats, 1)[0] * repeats < 0.2:
        repeats *= 4
    out(timed(repeats, 5 if workload in ("factor", "gcd") else 3), repeats=repeats)

if peer == "ginac":
    tables()
    print(run([os.path.join(data, "ginac"), data, workload] + ([argument] if argument else []))[0].strip())
else:
    {"form": form, "singular": singular}[peer]()
