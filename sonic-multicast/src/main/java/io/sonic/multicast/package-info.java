/** UDP multicast over IPv4 and IPv6. */
package io.sonic.multicast;
