/** The websocket protocol, client and server. */
package io.sonic.websocket;
