// Owner of what the programs of pictures have precompiled.
