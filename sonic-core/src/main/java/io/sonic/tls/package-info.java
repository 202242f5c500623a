/**
 * TLS over any stream: {@link io.sonic.tls.TlsStream} is a {@link io.sonic.Stream} above another one.
 */
package io.sonic.tls;
