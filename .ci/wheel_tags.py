"""Print the tags of a wheel that brings kernels: they fit this version of Python and this kind of machine."""

import sys
import sysconfig

python = f"cp{sys.version_info.major}{sys.version_info.minor}"
platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
print(f"--python-tag={python} --abi-tag=none --platform-tag={platform}")
