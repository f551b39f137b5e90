#!/usr/bin/env python3
"""One peer, one workload, one process.   python.py DATA PEER WORKLOAD [ARG]  -> one JSON line.
   peers: sympy sympy_ring symengine flint cypari      (times in seconds)"""
import sys, time, json, re, statistics, os
data, peer, wl = sys.argv[1:4]; arg = sys.argv[4] if len(sys.argv) > 4 else None
clock = time.process_time   # CPU seconds: the machine is shared, wall time is not meaningful
ID = re.compile(r'[A-Za-z_]\w*')
def rd(n): return open(os.path.join(data, n)).read().split()
def names(lines): return sorted(set(x for l in lines for x in ID.findall(l)))
def reps(f, n, budget=20.0):
    ts=[]; t0=clock(); r=None
    for i in range(n):
        a=clock(); r=f(); ts.append(clock()-a)
        if clock()-t0 > budget: break
    return ts, r
def out(ts, **k): print(json.dumps(dict(peer=peer, workload=wl, arg=arg, med=statistics.median(ts), min=min(ts), n=len(ts), **k)), flush=True)
pyx = lambda s: s.replace('^','**')

# ---- peer set-up: syms(names)->dict, and pfun(text, env) ---------------------
if peer.startswith('sympy'):
    import sympy
    if peer=='sympy':
        def syms(ns): return {n: sympy.Symbol(n, positive=True, integer=True) for n in ns}
        expand=sympy.expand; nterms=lambda e: len(e.args) if e.is_Add else 1
    else:
        def syms(ns):
            r=sympy.polys.rings.ring(ns, sympy.ZZ); return dict(zip(ns, r[1:]))
        expand=lambda e: e; nterms=len
elif peer=='symengine':
    import symengine as se
    def syms(ns): return {n: se.Symbol(n) for n in ns}
    expand=se.expand; nterms=lambda e: len(e.args)
elif peer=='flint':
    import flint
    flint.ctx.threads=1
    def syms(ns):
        c=flint.fmpz_mpoly_ctx.get(ns, flint.Ordering.degrevlex if False else flint.Ordering.lex); g=c.gens(); d=dict(zip(ns,g)); return d
    expand=lambda e: e; nterms=len
elif peer=='cypari':
    import cypari; pari=cypari.pari; pari.allocatemem(2**32)
    def syms(ns): return {n: pari(n) for n in ns}
    expand=lambda e: e; nterms=lambda e: None
ring_like = peer in ('sympy_ring','flint','cypari')

if wl=='fateman':                    # p^n * (p^n+1), p = 1+x+y+z+t ; p^n expanded first inside the timed part
    n=int(arg); s=syms(list('xyzt')); p=1+s['x']+s['y']+s['z']+s['t']
    def f():
        a=expand(p**n)
        return expand(a*(a+1))
    ts,r=reps(f,5); out(ts, terms=nterms(r))
elif wl=='sparse':                   # (1+x+y+2z^2+3t^3+5u^5)^n * (1+u+t+2z^2+3y^3+5x^5)^n
    n=int(arg); s=syms(list('xyztu')); x,y,z,t,u=(s[c] for c in 'xyztu')
    a0=1+x+y+2*z**2+3*t**3+5*u**5; b0=1+u+t+2*z**2+3*y**3+5*x**5
    def f(): return expand(expand(a0**n)*expand(b0**n))
    ts,r=reps(f,5); out(ts, terms=nterms(r))
elif wl=='transformer':              # sum of op terms -> canonical expanded polynomial
    lines=rd(f'transformer_{arg}.txt'); ns=names(lines); s=syms(ns)
    if ring_like:
        code=[compile(pyx(l),'','eval') for l in lines]
        def f():
            v=[eval(c,s) for c in code]          # pairwise sum: a running sum is quadratic in these peers
            while len(v)>1: v=[v[i]+v[i+1] if i+1<len(v) else v[i] for i in range(0,len(v),2)]
            return v[0]
    else:
        env=dict(s); ops=[eval(pyx(l),env) for l in lines]
        add=sympy.Add if peer=='sympy' else se.Add
        if peer=='sympy':
            from sympy.core.cache import clear_cache
            def f(): clear_cache(); return expand(add(*ops))
        else:
            def f(): return expand(add(*ops))
    ts,r=reps(f,5); out(ts, terms=nterms(r), ops=len(lines), syms=len(ns))
elif wl=='transformer_text':         # text -> canonical, parse included
    lines=rd(f'transformer_{arg}.txt'); ns=names(lines); big='+'.join(lines)
    if peer=='symengine': f=lambda: expand(se.sympify(pyx(big)))
    elif peer=='sympy':
        from sympy.core.cache import clear_cache
        s=syms(ns)
        def f(): clear_cache(); return expand(sympy.parse_expr(pyx(big), local_dict=s, evaluate=True))
    ts,r=reps(f,3); out(ts, terms=nterms(r))
elif wl=='equiv':
    P=json.load(open(os.path.join(data,'equiv.json'))); s=syms(['B','S','D','H','K','F','V','T'])
    lim=int(arg or 1000); P=P[:lim]
    if ring_like:
        class Q:                     # num/den pairs, no gcd: equality by cross-multiplication
            __slots__='n','d'
            def __init__(a,n,d=1): a.n=n; a.d=d
            def __add__(a,b): b=q(b); return Q(a.n+b.n,a.d) if a.d is b.d or (a.d==b.d) else Q(a.n*b.d+b.n*a.d,a.d*b.d)
            __radd__=__add__
            def __sub__(a,b): b=q(b); return Q(a.n-b.n,a.d) if a.d==b.d else Q(a.n*b.d-b.n*a.d,a.d*b.d)
            def __mul__(a,b): b=q(b); return Q(a.n*b.n,a.d*b.d)
            __rmul__=__mul__
            def __truediv__(a,b): b=q(b); return Q(a.n*b.d,a.d*b.n)
            def __pow__(a,e): return Q(a.n**e,a.d**e)
        def q(x): return x if isinstance(x,Q) else Q(x)
        env={k:Q(v) for k,v in s.items()}
        C=[(compile(pyx(p['l']),'','eval'),compile(pyx(p['r']),'','eval')) for p in P]
        def f():
            o=[]
            for a,b in C:
                A=eval(a,env); B=eval(b,env); o.append(bool(A.n*B.d==B.n*A.d))
            return o
    elif peer=='sympy':
        C=[(eval(pyx(p['l']),dict(s)),eval(pyx(p['r']),dict(s))) for p in P]
        from sympy.core.cache import clear_cache
        def f(): clear_cache(); return [sympy.expand(a-b)==0 for a,b in C]
    else:
        C=[(eval(pyx(p['l']),dict(s)),eval(pyx(p['r']),dict(s))) for p in P]
        def f(): return [se.expand(a-b)==0 for a,b in C]
    ts,r=reps(f,5,30); ok=sum(x==p['eq'] for x,p in zip(r,P)); out(ts, correct=ok, of=len(P))
elif wl in('factor','gcd'):
    J=json.load(open(os.path.join(data,wl+'.json'))); j=J[int(arg)]; ns=names(j[1:])
    s=syms(ns)
    if peer=='sympy': E=[sympy.expand(eval(pyx(t),dict(s))) for t in j[1:]]
    else: E=[eval(pyx(t),dict(s)) for t in j[1:]]
    nt=[nterms(e) for e in E]
    if wl=='factor':
        f={'sympy':lambda: sympy.factor(E[0]), 'sympy_ring':lambda: E[0].factor_list(), 'flint':lambda: E[0].factor(), 'cypari':lambda: E[0].factor()}[peer]
    else:
        f={'sympy':lambda: sympy.gcd(E[0],E[1]), 'sympy_ring':lambda: E[0].gcd(E[1]), 'flint':lambda: E[0].gcd(E[1]), 'cypari':lambda: E[0].gcd(E[1])}[peer]
    if peer.startswith('sympy'):
        from sympy.core.cache import clear_cache
        g=f; f=lambda: (clear_cache(), g())[1]
    ts,r=reps(f,7,15)
    nf=None
    if wl=='factor' and peer!='sympy':
        try: nf=sum(m for _,m in r[1])
        except Exception: pass
    out(ts, name=j[0], terms=nt, nf=nf)
elif wl=='parse':
    t=rd('parse_1mb.txt')[0]; t=t[:t.rfind('+',0,int(arg or 10**6))]; ns=names([t])
    if peer=='sympy':
        s=syms(ns); from sympy.core.cache import clear_cache
        def f(): clear_cache(); return sympy.parse_expr(pyx(t), local_dict=s)
    elif peer=='symengine': f=lambda: se.sympify(pyx(t))
    elif peer=='sympy_ring':
        raise SystemExit('n/a')
    ts,r=reps(f,3,30); out(ts, bytes=len(t), MBps=len(t)/1e6/statistics.median(ts))
elif wl=='print':                    # LaTeX of the expanded own_<arg> polynomial
    lines=rd(f'transformer_{arg}.txt'); s=syms(names(lines))
    if peer=='flint':
        e=sum((eval(pyx(l),s) for l in lines),0); f=lambda: str(e)
    else:
        add=sympy.Add if peer=='sympy' else se.Add
        e=expand(add(*[eval(pyx(l),dict(s)) for l in lines]))
        f=(lambda: sympy.latex(e)) if peer=='sympy' else (lambda: e._repr_latex_() if False else str(e))
    ts,r=reps(f,3,30); out(ts, terms=nterms(e), bytes=len(r), MBps=len(r)/1e6/statistics.median(ts), what='latex' if peer=='sympy' else 'str')
elif wl=='printstr':
    lines=rd(f'transformer_{arg}.txt'); s=syms(names(lines)); e=expand(sympy.Add(*[eval(pyx(l),dict(s)) for l in lines]))
    f=lambda: str(e)
    ts,r=reps(f,3,30); out(ts, terms=nterms(e), bytes=len(r), MBps=len(r)/1e6/statistics.median(ts))
elif wl=='horner':                   # operation counts
    lines=rd('eval_formula.txt'); s=syms(names(lines)); e0=eval(pyx(lines[0]),dict(s)); e=sympy.expand(e0)
    def cse_ops(x):
        r,[b]=sympy.cse(x); return sum(sympy.count_ops(v) for _,v in r)+sympy.count_ops(b)
    a=clock(); F=sympy.factor_terms(e); t1=clock()-a
    a=clock(); Hn=sympy.horner(e); t2=clock()-a
    a=clock(); Fa=sympy.factor(e); t3=clock()-a
    a=clock(); G=sympy.gcd_terms(e); t4=clock()-a
    a=clock(); Sm=sympy.simplify(e); t5=clock()-a
    C=sympy.collect(e,[s['B'],s['S'],s['D']])
    res={n:(int(sympy.count_ops(x)),int(cse_ops(x))) for n,x in dict(asgiven=e0,expanded=e,factor_terms=F,horner=Hn,factor=Fa,gcd_terms=G,simplify=Sm,collect_BSD=C).items()}
    out([t2], ops_then_cse=res, t=dict(factor_terms=t1,horner=t2,factor=t3,gcd_terms=t4,simplify=t5), simplify=str(Sm)[:600], horner=str(Hn)[:600], nterms=nterms(e))
elif wl=='eval':
    import numpy as np
    N=int(arg or 10**6); lines=rd('eval_formula.txt'); ns=names(lines); s=syms(ns)
    rng=np.random.default_rng(1); X=[rng.integers(1,4096,N).astype(np.float64) for _ in ns]
    if peer=='sympy':
        e0=eval(pyx(lines[0]),dict(s)); e=sympy.expand(e0)
        for nm,x,kw in (('expanded',e,{}),('expanded_cse',e,{'cse':True}),('asgiven_cse',e0,{'cse':True}),('horner',sympy.horner(e),{})):
            g=sympy.lambdify([s[n] for n in ns], x, 'numpy', **kw); ts,r=reps(lambda: g(*X),5); out(ts, form=nm, N=N, Mpts=N/1e6/statistics.median(ts), chk=float(r.sum()), nin=len(ns))
    elif peer=='symengine':
        e0=eval(pyx(lines[0]),dict(s)); M=np.ascontiguousarray(np.stack(X,1))
        for be in (os.environ.get('SE_BE','lambda,llvm').split(',')):
            for nm,x in (('expanded',se.expand(e0)),('asgiven',e0)):
                for cse in (False,True):
                    try:
                        g=se.Lambdify([s[n] for n in ns],[x],backend=be,cse=cse); ts,r=reps(lambda: g(M),5); out(ts, form=nm, backend=be, cse=cse, N=N, Mpts=N/1e6/statistics.median(ts), chk=float(r.sum()))
                    except Exception as ex: print(json.dumps(dict(peer=peer,workload=wl,form=nm,backend=be,cse=cse,err=str(ex)[:120])))
    elif peer=='flint':
        raise SystemExit('n/a')
    elif peer=='sympy_ring':         # numba-compiled, as-given text
        import numba as nb
        src=f"def g({','.join('a_'+n for n in ns)},o):\n for i in range(o.shape[0]):\n  "+'; '.join(f'{n}=a_{n}[i]' for n in ns)+f"\n  o[i]={pyx(lines[0])}\n"
        d={}; exec(src,d); 
        for fm in (False,True):
            g=nb.njit(fastmath=fm)(d['g']); o=np.empty(N); g(*X,o); ts,r=reps(lambda: g(*X,o),7); out(ts, form='numba_asgiven', fastmath=fm, N=N, Mpts=N/1e6/statistics.median(ts), chk=float(o.sum()), GBps=8*N*(len(ns)+1)/1e9/statistics.median(ts))
