//! The notes API. Its routes come next.

fn main() {}
