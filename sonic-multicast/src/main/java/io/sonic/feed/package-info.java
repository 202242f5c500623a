/** One ordered stream out of several lines that carry the same numbered packets. */
package io.sonic.feed;
