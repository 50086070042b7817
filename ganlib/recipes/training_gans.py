"""What the notes of all recipes after Training GANs say."""

# Part of `notes`, in Markdown.
OLD_OPTIMISER_ARGUMENTS = (
    "The book gives its optimisers `lr=` and `decay=`, which are gone from Keras: today's Keras "
    "refuses the first and ignores the second with a warning. Here the learning rates are knobs, "
    "and they stay as they are unless `schedule` says otherwise."
)
