/** Measurements of Sonic, and beside it other libraries. */
package io.sonic.benchmarks;
