"""Works on a study of fake runs until it is killed; the argument is the task."""

import json
import sys

# What takes long comes first, so that it is the search that is killed.
import ganlib.tf_import  # noqa: F401
from ganlib.search import Stopper, Task, work
from tests.support.fake_trainer import make_fake, register

register()
task = Task(**json.loads(sys.argv[1]))
task.open()
print("ready", flush=True)
work(task, Stopper(), make_trainer=make_fake)
