//! Builds the app again when a revision is added to ../migrations/.

fn main() {
    println!("cargo::rerun-if-changed=../migrations");
}
