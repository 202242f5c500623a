/**
 * The binding of native functions that Sonic's modules share. Not for users: it may change with any release.
 */
package io.sonic.ffi;
