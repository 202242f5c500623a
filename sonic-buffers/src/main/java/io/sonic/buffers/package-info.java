/** First-in, first-out buffers off the heap. */
package io.sonic.buffers;
