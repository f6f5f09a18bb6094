# Sourced by the scripts beside it: makes `.venv` and keeps it in step with pyproject.toml.

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

# Print the first interpreter that is Python 3.11 or newer.
find_python() {
    for candidate in "${PYTHON:-python3}" python3 python3.14 python3.13 python3.12 python3.11 python; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    fail "asgi_nb needs Python 3.11 or newer; found none. Set PYTHON=/path/to/python3 and run this again."
}

# make_venv FOLDER REQUIREMENT...: create FOLDER if it is missing and install into it. The stamp makes a second run
# free; it holds what was asked for and a checksum of pyproject.toml, so that a change of either installs again.
make_venv() {
    folder=$1
    shift
    wanted="$* $(cksum pyproject.toml)"
    stamp="$folder/installed.txt"
    if [ -f "$stamp" ] && grep -qxF -e "$wanted" "$stamp"; then
        return
    fi
    if ! [ -x "$folder/bin/python" ]; then
        python=$(find_python)
        echo "Making $folder with $("$python" --version)"
        "$python" -m venv "$folder" ||
            fail "Could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"
    fi
    echo "Installing $* into $folder (the first time takes a minute or two)"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$@" ||
        fail "pip could not install $*; what it said is above. Is there a network?"
    printf '%s\n' "$wanted" >>"$stamp"
}
