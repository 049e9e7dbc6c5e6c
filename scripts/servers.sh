# What the scripts that start database servers share; to be sourced.
# shellcheck shell=bash

say() {
    echo "$@" >&2
}

# Servers refuse to run as root, so root lends them their own user.
as_user() {
    local user=$1
    shift
    if [[ $(id -u) == 0 ]]; then runuser -u "$user" -- "$@"; else "$@"; fi
}

free_port() {
    local port
    for port in $(shuf -i 20000-29999 -n 50); do
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
    say "no free port was found"
    return 1
}

# Makes a folder in `$folder` that belongs to the server's user.
make_home() {
    local user=$1 home=$2
    mkdir -p "$home"
    chmod 755 "$folder"
    if [[ $(id -u) == 0 ]]; then chown "$user" "$home"; fi
}
