// Prints an argument, a line of standard input and a variable, and exits with 3.
use std::collections::hash_map::RandomState;
use std::time::SystemTime;

fn main() {
    let _random = RandomState::new();
    assert!(SystemTime::now() > SystemTime::UNIX_EPOCH);
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let argument = std::env::args().nth(1).unwrap();
    println!("{} {} {}", argument, line.trim_end(), std::env::var("WORD").unwrap());
    std::process::exit(3);
}
