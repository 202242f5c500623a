//! Rust's crate tungstenite as a peer: synchronous, over a non-blocking socket that is read in a busy loop.
//!
//! latency   sends a masked text message, waits for its echo, N times
//! rate      counts the messages that the server sends

mod options;

use options::{Mode, Options, USAGE};
use std::error::Error;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpStream};
use std::process::ExitCode;
use std::time::Instant;
use tungstenite::protocol::WebSocketConfig;
use tungstenite::{Message, Utf8Bytes, WebSocket};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("tungstenite-peer: {message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let outcome = match options.mode {
        Mode::Latency => measure_latency(&options),
        Mode::Rate => measure_rate(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tungstenite-peer: {error}");
            ExitCode::FAILURE
        }
    }
}

fn connect(options: &Options, path: &str) -> Outcome<WebSocket<TcpStream>> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, options.port))?;
    stream.set_nodelay(true)?;
    let url = format!("ws://127.0.0.1:{}{path}", options.port);
    let config = WebSocketConfig::default().read_buffer_size(options.buffer).write_buffer_size(0);
    let (socket, _) = tungstenite::client::client_with_config(url, stream, Some(config))?;
    socket.get_ref().set_nonblocking(true)?;
    Ok(socket)
}

/// Reads in a busy loop until there is a text message.
fn next_text(socket: &mut WebSocket<TcpStream>) -> Outcome<Utf8Bytes> {
    loop {
        match socket.read() {
            Ok(Message::Text(text)) => return Ok(text),
            Ok(other) => return Err(format!("expected a text message, got {other:?}").into()),
            Err(tungstenite::Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Sends and flushes; what the kernel does not take at once is tried again.
fn send(socket: &mut WebSocket<TcpStream>, text: Utf8Bytes) -> Outcome<()> {
    let mut sent = socket.send(Message::Text(text));
    loop {
        match sent {
            Err(tungstenite::Error::Io(error)) if error.kind() == ErrorKind::WouldBlock => sent = socket.flush(),
            other => return Ok(other?),
        }
    }
}

fn round_trip(socket: &mut WebSocket<TcpStream>, message: &Utf8Bytes) -> Outcome<u64> {
    let start = Instant::now();
    send(socket, message.clone())?;
    let echo = next_text(socket)?;
    let elapsed = start.elapsed().as_nanos() as u64;
    if echo != *message {
        return Err("the echo differs from the message".into());
    }
    Ok(elapsed)
}

fn measure_latency(options: &Options) -> Outcome<()> {
    let mut socket = connect(options, "/echo")?;
    let sample = "{\"e\":\"depthUpdate\",\"s\":\"BTCUSDT\",\"u\":160,\"b\":[[\"64231.10\",\"0.512\"]]} ";
    let message = Utf8Bytes::from(sample.chars().cycle().take(options.size).collect::<String>());
    for _ in 0..options.warmup {
        round_trip(&mut socket, &message)?;
    }
    let mut samples = vec![0; options.count];
    for sample in &mut samples {
        *sample = round_trip(&mut socket, &message)?;
    }
    samples.sort_unstable();
    println!(
        "tungstenite: p50_ns={} p99_ns={} p999_ns={} max_ns={}",
        percentile(&samples, 500),
        percentile(&samples, 990),
        percentile(&samples, 999),
        samples[samples.len() - 1]
    );
    Ok(())
}

/// The smallest sample that at least `permille` of all samples do not exceed.
fn percentile(sorted: &[u64], permille: usize) -> u64 {
    sorted[(sorted.len() * permille).div_ceil(1000).max(1) - 1]
}

fn measure_rate(options: &Options) -> Outcome<()> {
    let mut socket = connect(options, &format!("/flood?size={}&count={}", options.size, options.count))?;
    for _ in 0..options.warmup {
        next_text(&mut socket)?;
    }
    let start = Instant::now();
    let mut bytes = 0;
    let messages = options.count - options.warmup;
    for _ in 0..messages {
        bytes += next_text(&mut socket)?.len();
    }
    let rate = messages as f64 / start.elapsed().as_secs_f64();
    println!("tungstenite: messages={messages} bytes={bytes} messages_per_s={rate:.0}");
    Ok(())
}
