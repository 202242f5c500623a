/** Order books of real exchanges: one class a venue, which says how to subscribe, keep alive, decode and check. */
package io.sonic.examples.exchange;
