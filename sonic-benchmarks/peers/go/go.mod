module io.sonic/benchmarks/peers/go

go 1.24.1

require github.com/talostrading/sonic v0.0.0-20251101000000-000000000000
