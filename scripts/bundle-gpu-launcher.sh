#!/bin/sh
# vghif COMMAND, by the Node beside this file; `vghif check` compares the backends. Where the host has no Vulkan loader, the
# one beside this file is used; where NVIDIA's driver is there and only its entry for Vulkan is missing, that is added.
here=$(CDPATH= cd -- "$(dirname -- "$(readlink -f -- "$0" 2>/dev/null || printf %s "$0")")" && pwd)

# Whether the system's linker knows the library $1.
known() {
  for folder in /lib /usr/lib /usr/local/lib /lib64 /usr/lib64 /lib/x86_64-linux-gnu /usr/lib/x86_64-linux-gnu; do
    [ -e "$folder/$1" ] && return 0
  done
  { ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null | grep -q "$1"
}

known libvulkan.so.1 || LD_LIBRARY_PATH="$here/vulkan${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"

if [ -z "${VK_DRIVER_FILES}${VK_ICD_FILENAMES}" ] && known libGLX_nvidia.so.0; then
  entry=
  for file in /etc/vulkan/icd.d/*.json /usr/share/vulkan/icd.d/*.json /usr/local/share/vulkan/icd.d/*.json; do
    [ -e "$file" ] && grep -q nvidia "$file" && entry=$file
  done
  if [ -z "$entry" ]; then
    VK_ICD_FILENAMES="$here/vulkan/nvidia_icd.json"
    VK_DRIVER_FILES=$VK_ICD_FILENAMES
    export VK_ICD_FILENAMES VK_DRIVER_FILES
  fi
fi

export LD_LIBRARY_PATH
[ "$1" = check ] && exec "$here/bin/node" "$here/check.cjs"
exec "$here/bin/node" "$here/lib/bin/vghif.js" "$@"
