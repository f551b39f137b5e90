#!/usr/bin/env python3
"""Deterministic inputs for every peer.  Writes plain text with '^' for powers.
   usage: inputs.py FOLDER"""
import random, sys, os, json
out = sys.argv[1]; os.makedirs(out, exist_ok=True)
R = random.Random(20260101)
def w(name, lines): open(os.path.join(out, name), 'w').write('\n'.join(lines) + '\n')

# ---------- 2. transformer: one unexpanded op term a line -------------------
# polynomial form: d (=D/H), g (=H/Hkv) are symbols, so no denominators.
GLOBAL = ['B','S','V','P','C','Dv','Hv','Lv','Nv','Fv']           # batch, seq, vocab, patches...
def layer(sfx):
    s = lambda n: n + sfx
    B,S = 'B','S'
    D,H,K,d,r,E,k,F,Fs,q = (s(x) for x in ('D','H','K','d','r','Ne','k','F','Fs','q'))
    return [
     f'2*{B}*{S}*{D}*({H}*{d}+2*{K}*{d})',                 # qkv
     f'2*{B}*{S}*{D}*({q}+{r})',                           # low-rank q / kv compression
     f'2*{B}*{S}*({q}*{H}*({d}+{r})+{r}*{H}*2*{d})',
     f'2*{B}*{H}*{S}*({S}+1)*{d}',                         # qk^T causal (x2/2)
     f'2*{B}*{H}*{S}*({S}+1)*{d}',                         # av
     f'5*{B}*{H}*{S}*{S}',                                 # softmax
     f'2*{B}*{S}*{H}*{d}*{D}',                             # out proj
     f'6*{B}*{S}*({D}+{H}*{d}+2*{K}*{d})',                 # rope
     f'4*{B}*{S}*{D}+3*{B}*{S}*{D}',                       # norm + residual
     f'2*{B}*{S}*{D}*{E}',                                 # router
     f'3*{B}*{S}*({E}+{k})',
     f'2*{B}*{S}*{k}*(2*{D}*{F}+{F}*{D})',                 # routed experts (gate, up, down)
     f'2*{B}*{S}*({D}*{Fs}*2+{Fs}*{D})',                   # shared expert
     f'{B}*{S}*({k}*{F}+{Fs})*5',                          # silu*mul
     f'{B}*{S}*{D}*({k}+1)',                               # combine
     f'2*({D}*({H}*{d}+2*{K}*{d})+{H}*{d}*{D}+({E}+1)*3*{D}*{F}+{D}*{E})',  # weight bytes
     f'2*{B}*{S}*(8*{D}+4*{H}*{d}+4*{K}*{d}+{k}*(2*{F}+2*{D})+3*{Fs})',     # activation bytes
     f'2*{B}*{S}*{K}*{d}*2',                               # kv cache
    ]
def vision(n):
    o = []
    for _ in range(n):
        o += ['2*B*Nv*Dv*3*Dv','4*B*Hv*Nv*Nv*dv','2*B*Nv*Dv*Dv','4*B*Nv*Dv*Fv','8*B*Nv*Fv','7*B*Nv*Dv','5*B*Hv*Nv*Nv',
              '2*B*(Nv*(4*Dv+2*Fv)+Hv*Nv*Nv)','2*(4*Dv*Dv+2*Dv*Fv)']
    return o
def model(L, own):
    t = ['2*B*S*D0*V' if own else '2*B*S*D*V', '2*B*Nv*3*P*P*Dv', '2*B*Nv*Dv*'+('D0' if own else 'D')]
    for i in range(L): t += layer(str(i) if own else '')
    return t + vision(27)
w('transformer_shared_61.txt', model(61, False))
for L in (61, 1000, 10000): w(f'transformer_own_{L}.txt', model(L, True))
# mixed: dims differ per layer but S,B shared, 4 kinds of layer
def model_kinds(L):
    t = vision(27)
    for i in range(L): t += layer('abcd'[i % 4])
    return t
w('transformer_kinds_2000.txt', model_kinds(2000))

# ---------- 3. equiv pairs ---------------------------------------------------
SY = ['B','S','D','H','K','F','V','T']
def rnd_poly(nv, nt, deg):
    vs = R.sample(SY, nv); ts=[]
    for _ in range(nt):
        m = [str(R.choice([1,2,2,3,4,6,8]))]
        for v in vs:
            e = R.choice([0,0,1,1,2]) if deg>1 else R.choice([0,1])
            if e: m.append(v if e==1 else f'{v}^{e}')
        ts.append('*'.join(m))
    return '+'.join(dict.fromkeys(ts))
def shuffle_sum(s):
    p = s.split('+'); R.shuffle(p); return '+'.join('*'.join(R.sample(t.split('*'), len(t.split('*')))) for t in p)
def mulout(a, b):     # textual product expansion
    return '+'.join(x+'*'+y for x in a.split('+') for y in b.split('+'))
pairs=[]
for i in range(1000):
    a,b,c = rnd_poly(3,3,1), rnd_poly(4,4,2), rnd_poly(2,2,1)
    lhs = f'({a})*({b})*({c})'
    rhs = shuffle_sum(mulout(mulout(a,b),c))
    kind='poly'
    if i%2:                      # d = D/H head split: rational form
        kind='rat'
        lhs = f'2*B*S*D*(D+2*K*(D/H)+S)+{lhs}/H'
        rhs = f'(2*B*S*D*(D*H+2*K*D+S*H)+{rhs})/H'
    eq = R.random() < .5
    if not eq: rhs = rhs + R.choice(['+B*S','+1*S*D','-1*D','+T*T'])
    pairs.append({'l':lhs,'r':rhs,'eq':eq,'kind':kind})
json.dump(pairs, open(os.path.join(out,'equiv.json'),'w'))

# ---------- 4. factor / gcd --------------------------------------------------
def irr(nv, nt, deg, vs):
    ts=set()
    v=R.sample(vs,nv)
    while len(ts)<nt:
        e=[0]*nv
        for _ in range(R.randint(0,deg)): e[R.randrange(nv)]+=1
        ts.add(tuple(e))
    return '+'.join('*'.join([str(R.choice([1,2,3,4,5,8]))]+[f'{x}^{k}' for x,k in zip(v,e) if k]) for e in sorted(ts))
fac=[]
fac.append(('attn','2*B*S*D*(2*D*H+2*D*K+S*H)'))
fac.append(('attn_full','2*B*S*D*(D+2*D2)+4*B*S*S*D+2*B*S*D*D'))
fac.append(('moe','2*B*S*D*Ne+6*B*S*k*D*F+6*B*S*D*G'))
fac.append(('resid','(B*S+1)*(D*D+2*D*K+S)*(Ne*F+3*k*F+G)'))
for j,(nf,nv,nt,dg) in enumerate([(3,5,4,2),(3,5,6,2),(3,6,5,3),(3,6,8,3),(4,6,5,2),(4,7,5,2),(3,8,8,2),(4,8,6,2),(3,5,12,4),(4,5,10,3)]):
    vs=['B','S','D','H','K','T','F','V'][:nv]
    fac.append((f'r{j}_f{nf}_v{nv}_t{nt}_d{dg}','*'.join('('+irr(min(nv,R.randint(3,nv)),nt,dg,vs)+')' for _ in range(nf))))
json.dump(fac, open(os.path.join(out,'factor.json'),'w'))
gcds=[]
for j,(nv,nt,dg) in enumerate([(5,6,3),(6,10,4),(8,12,4),(5,25,6),(6,40,6)]):
    vs=['B','S','D','H','K','T','F','V'][:nv]
    g,a,b=(irr(nv,nt,dg,vs) for _ in range(3))
    gcds.append((f'g{j}_v{nv}_t{nt}_d{dg}',f'({g})*({a})',f'({g})*({b})'))
json.dump(gcds, open(os.path.join(out,'gcd.json'),'w'))

# ---------- 5. eval formula (30-odd symbols, FLOPs of the shared model) ------
w('eval_formula.txt', ['+'.join(layer('')+['2*B*S*D*V'])])
# ---------- 6. parse: 1 MB of formula text -----------------------------------
acc=[];n=0
while n<1_000_000:
    t=R.choice(layer(R.choice(['','a','b','c','_kv','_1'])));acc.append(t);n+=len(t)+1
w('parse_1mb.txt',['+'.join(acc)])
