//! The contestant that runs in a process of its own.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// Calls in one round.
const CALLS: usize = 40;

pub struct Node {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Node {
    pub fn start(pem: &str, token: &str) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/node.mjs");
        let mut process = Command::new("node")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`node` is needed");
        let mut questions = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        let task = serde_json::json!({ "pem": pem, "token": token, "calls": CALLS });
        writeln!(questions, "{task}").unwrap();
        let mut node = Self { process, questions, answers };
        // Its compiler wants to have seen the code often.
        for _ in 0..100 {
            node.round();
        }
        node
    }

    /// Nanoseconds of one call, by its own clock.
    pub fn round(&mut self) -> f64 {
        writeln!(self.questions, "go").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.trim().parse().expect("node.mjs stopped; see its message above")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
