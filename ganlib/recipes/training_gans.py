"""What the notes of all recipes after Training GANs say."""

# Part of `notes`, in Markdown.
OLD_OPTIMISER_ARGUMENTS = (
    "The book gives its optimisers `lr=` and `decay=`, which no longer exist: today's Keras "
    "refuses the first and ignores the second with a warning. Here the learning rates are "
    "settings, and they stay constant unless `schedule` says otherwise."
)
