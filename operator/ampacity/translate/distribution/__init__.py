"""What distribution is asked of a fleet, and what it answers, as those who follow it need it.

    question = task_of(world, snapshot, standing_of(world, snapshot), closed={})
    decision = decide(question.task, judge=question.judge)
    targets = targets_of(question, decision)

Pure: the operator's background task and `ampacity plan` do the same.
"""

from ampacity.translate.distribution.capacities import Capacities
from ampacity.translate.distribution.question import Question, task_of
from ampacity.translate.distribution.standing import Standing, standing_of
from ampacity.translate.distribution.targets import targets_of

__all__ = ["Capacities", "Question", "Standing", "standing_of", "targets_of", "task_of"]
