//! probe
use modelmeter::cost::Metric;
use modelmeter::model::{BoundModel, OpenRequest};
fn main() {
    let mut args = std::env::args().skip(1);
    let model = args.next().unwrap();
    let depth: usize = 99;
    let request = OpenRequest { model, overrides: args.collect(), ..OpenRequest::default() };
    let t = std::time::Instant::now();
    let bound = match BoundModel::open(&request) {
        Ok(b) => b,
        Err(e) => {
            eprint!("{}", e.render(false));
            std::process::exit(2)
        }
    };
    let t1 = t.elapsed();
    let view = match bound.view() {
        Ok(b) => b,
        Err(e) => {
            eprint!("{}", e.render(false));
            std::process::exit(2)
        }
    };
    let t2 = t.elapsed();
    for m in Metric::ALL {
        match view.number(view.selected, m) {
            Ok(n) => println!("{:20} {}", m.name(), n),
            Err(e) => println!("{} {}", m.name(), e),
        }
    }
    let t3 = t.elapsed();
    println!("{t1:?} {t2:?} {t3:?}");
    if std::env::var("ROWS").is_ok() {
        for id in view.tree.in_order(view.selected) {
            let p = view.tree.shown_path(id);
            if p.split('.').count() > depth {
                continue;
            }
            println!(
                "{:60} {:24} calls {:?} F {} W {} A {}",
                p,
                view.tree.node(id).layers.join("/"),
                view.evaluate(view.tree.node(id).calls).map(|x| x.to_string()).unwrap_or_default(),
                view.number(id, Metric::Flops).unwrap(),
                view.number(id, Metric::Weights).unwrap(),
                view.number(id, Metric::ActivationsBytes).unwrap()
            );
        }
        println!("{:?}", t.elapsed());
    }
    println!("not counted {:?}", view.tree.not_counted(view.selected));
}
