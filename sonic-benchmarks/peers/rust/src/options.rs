//! The command line: a mode and options, each with a number.

use std::fmt::Display;
use std::str::FromStr;

pub const USAGE: &str = "usage: tungstenite-peer latency|rate --port P [OPTIONS]
  --port P      of the server on 127.0.0.1
  --count N     messages; default 100000. rate takes the warm-up out of them
  --size S      payload bytes of a message; default 128
  --warmup W    messages before the measured ones; default a third of the count
  --buffer B    bytes of the read buffer; default 65536";

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Latency,
    Rate,
}

pub struct Options {
    pub mode: Mode,
    pub port: u16,
    pub count: usize,
    pub size: usize,
    pub warmup: usize,
    pub buffer: usize,
}

impl Options {
    /// Parses the arguments after the program's name; the error is one sentence.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mode = match arguments.next().as_deref() {
            Some("latency") => Mode::Latency,
            Some("rate") => Mode::Rate,
            Some(other) => return Err(format!("unknown mode '{other}'")),
            None => return Err("a mode is missing".into()),
        };
        let (mut port, mut count, mut size) = (None, 100_000, 128);
        let mut warmup = None;
        // The fastest found: from 128 KiB on, the library's default, the C library maps and unmaps each new buffer.
        let mut buffer = 64 << 10;
        while let Some(option) = arguments.next() {
            let text = arguments.next().ok_or(format!("{option} takes a number"))?;
            match option.as_str() {
                "--port" => port = Some(number(&option, &text)?),
                "--count" => count = number(&option, &text)?,
                "--size" => size = number(&option, &text)?,
                "--warmup" => warmup = Some(number(&option, &text)?),
                "--buffer" => buffer = number(&option, &text)?,
                _ => return Err(format!("unknown option '{option}'")),
            }
        }
        let warmup = warmup.unwrap_or(count / 3);
        if count == 0 || (mode == Mode::Rate && warmup >= count) {
            return Err("--count must be at least 1 and more than --warmup".into());
        }
        let port = port.ok_or("--port is missing")?;
        Ok(Self { mode, port, count, size, warmup, buffer })
    }
}

fn number<T: FromStr<Err: Display>>(option: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|error| format!("{option} {text}: {error}"))
}
