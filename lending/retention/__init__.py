"""Who people were is forgotten when nobody needs it any more; what was decided is not."""
