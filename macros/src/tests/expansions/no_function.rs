::core::compile_error! {
    "a shared policy is a struct without fields and parameters\nhelp: write `struct Notes;`"
}
pub struct Notes {
    list: Vec<Note>,
}
