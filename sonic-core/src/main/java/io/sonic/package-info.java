/** The reactor, its timers and its channels. */
package io.sonic;
