#!/bin/sh
# Builds two lines out of pairs of virtual Ethernet devices, txA to rxA and txB to rxB, in the network namespace that it
# is started in, gives lo what multicast of IPv6 needs, and runs the command that it is given.
set -eu

ip link set lo up
ip -6 route add local ff00::/8 dev lo table local
ip -6 addr add fd00::5/128 dev lo nodad
echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter

for line in A:1 B:2; do
    name=${line%:*}
    net=${line#*:}
    ip link add "tx$name" type veth peer name "rx$name"
    for device in "tx$name" "rx$name"; do
        # Both ends are of this host: without this, the source address is taken for a forged one.
        echo 1 > "/proc/sys/net/ipv4/conf/$device/accept_local"
        echo 0 > "/proc/sys/net/ipv4/conf/$device/rp_filter"
        ip link set "$device" up
    done
    ip addr add "10.77.$net.1/24" dev "tx$name"
    ip addr add "10.77.$net.11/24" dev "tx$name"
    ip addr add "10.77.$net.2/24" dev "rx$name"
    ip -6 addr add "fd77:$net::1/64" dev "tx$name" nodad
    ip -6 addr add "fd77:$net::11/64" dev "tx$name" nodad
    ip -6 addr add "fd77:$net::2/64" dev "rx$name" nodad
done

echo "namespace ready"
exec "$@"
