/** Runnable programs, one sub-command each. */
package io.sonic.examples;
